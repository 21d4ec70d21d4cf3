"""A learned model of what happens next: training, imagination, and thinking before acting."""
