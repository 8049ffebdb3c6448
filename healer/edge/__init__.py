"""The only rooms that touch the world outside: git, the network, processes, files."""
