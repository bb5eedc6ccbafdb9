"""One module for each group of cases; importing it files them with the harness."""
