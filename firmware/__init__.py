"""What makes a board ready: firmware images, boards to talk to, deployment, on-board programs."""
