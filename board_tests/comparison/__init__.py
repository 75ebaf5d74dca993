"""Two reports side by side: what differs by more than a measurement does by itself."""
