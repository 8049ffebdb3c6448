"""One module a framework or hook; none is imported unless it is asked for."""
