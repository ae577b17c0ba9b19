"""What somebody did to stop the product, to take it over or to get past it, and what happens now.

One file an attack. Each was seen to work against an earlier version.
"""
