"""Ground floor: the words of the product as frozen values. No IO, no logging, no wall clock."""
