"""The tag ``url``, for pages that rows lead to."""

from __future__ import annotations

from typing import Any

from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as djangos
from django.urls import NoReverseMatch
from django.utils.safestring import SafeString

from expertpool.core.addresses import address
from expertpool.core.templatetags.ui_base import register


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """Django's own, quicker where numbers name the page: a list asks for it fifty times."""
    node = djangos(parser, token)
    return _PageNode(node.view_name, node.args, node.kwargs, node.asvar)


class _PageNode(URLNode):
    def render(self, context: Context) -> SafeString | str:
        keys: list[Any] = [arg.resolve(context) for arg in self.args]
        if self.kwargs or not all(type(key) is int for key in keys):
            return super().render(context)
        try:
            found = address(self.view_name.resolve(context), *keys)
        except NoReverseMatch:  # it knows what to do then
            return super().render(context)
        if not self.asvar:
            return found  # of URL names and numbers
        context[self.asvar] = found
        return ""
