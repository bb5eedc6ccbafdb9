"""Training steps as a student would write them, ours against PyTorch on the same CPU."""
