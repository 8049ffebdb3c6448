"""All that is special about JavaScript and TypeScript."""
