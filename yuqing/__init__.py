"""The ground floor and the roof of the product."""
