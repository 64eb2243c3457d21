"""Stands in for PyTorch, of which the recipe takes torch.utils.tensorboard alone."""
