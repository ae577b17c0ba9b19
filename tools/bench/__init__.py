"""Measuring: pools of any size, and how long the main jobs take in them. Behind `make bench`.

`pools` fills a database with experts who do not exist, `history` with their past; `draws`, `pages`
and `files` measure, `soak` draws for a while from two processes; `reporting` prints. Nothing here
is used by the product.
"""
