"""From what is known to the card or form that shows it."""
