"""What files and memory are measured in. Asks nothing: the server reads it before the program stands."""

MEGABYTE = 1024**2  # bytes
GIGABYTE = 1024 * MEGABYTE
