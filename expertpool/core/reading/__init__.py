"""What strangers send is read in a process of its own, which may die of it.

A file of a few kilobytes can ask for all the memory or all the time there is, and no reader is
free of faults. So whatever opens such a file runs in a child (`child`) that has a bounded memory
and time, none of our keys and no connection; one that ends before its answer is one refused file
(docs/decisions/0077).

    TABLE = Reading("table")                           # of `apart`; what child.READINGS names so

    for row in answers(TABLE, path, kind=".xlsx"): …   # a function that yields
    kind = answer(TEMPLATE, content, …)                # one that returns

The modules that run in the child import no Django, and this one imports nothing: a child is ready
after some 40 ms.
"""
