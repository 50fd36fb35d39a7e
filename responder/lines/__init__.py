"""From rows to what is shown: Chinese names, clocks as of now, personal numbers masked."""
