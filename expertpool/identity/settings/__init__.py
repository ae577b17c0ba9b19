"""By whom the office lets its people be vouched for."""
