from tools.check_templates import findings


def test_a_line_of_120_characters_is_the_longest() -> None:
    text = "\n".join(["字" * 120, "字" * 121, "<p>" + "x" * 117])
    assert findings(text) == [(2, "121 characters, more than 120")]


def test_a_long_comment_is_a_long_line_too() -> None:
    assert findings("{# " + "x" * 120 + " #}") == [(1, "126 characters, more than 120")]


def test_what_the_policy_blocks_is_found_after_a_comment_of_several_lines() -> None:
    text = "{% comment %}\n<style>\n{% endcomment %}\n<p style='margin: 0'>"
    assert findings(text) == [(4, "style attribute")]


def test_a_tag_that_does_not_end_on_its_line_is_a_text_of_the_page() -> None:
    assert findings('{% button label="删除"\n  ask="原因" %}') == [(1, "tag over several lines")]
