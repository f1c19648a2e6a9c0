"""Facts and rules: pure, without input or output."""
