"""How a card or form is recognised when it comes back from Slack: the one place that says how things are named.

| in the model      | block_id     | action_id          | comes back as                                              |
|-------------------|--------------|--------------------|------------------------------------------------------------|
| Button in Actions | `Actions.id` | `Button.action`    | `block_actions` with `value` = `Button.value`              |
| Link in Actions   | `Actions.id` | `open_link:N`      | `block_actions`, to acknowledge and forget                 |
| an input          | `id`         | `id`               | `view.state.values[block_id][action_id]`                   |
| Choice of Search  | `id`         | `id:source`        | the same; `block_suggestion` with this `action_id`         |
| Toggle            | `id`         | `id`               | `selected_options`: one with the value `on`, or none       |
| Form              |              |                    | `view`: `callback_id` = `id`, `private_metadata` = `context` |
"""

from typing import Final

TOGGLED: Final = "on"
"""The value of the only option of a `Toggle`."""
_LINK: Final = "open_link"
_BORDER: Final = ":"


def name_link(number: int) -> str:
    """The `action_id` of the link that is the `number`th item of its row."""
    return f"{_LINK}{_BORDER}{number}"


def is_link(action_id: str) -> bool:
    """Whether a press only opened an address."""
    return action_id.partition(_BORDER)[0] == _LINK


def name_search(input_id: str, source: str) -> str:
    """The `action_id` of a choice whose options are looked up in `source`."""
    if _BORDER in input_id:
        raise ValueError(f"The input {input_id!r} has a {_BORDER!r} in its id, which separates id and source.")
    return f"{input_id}{_BORDER}{source}"


def read_source(action_id: str) -> str:
    """The `Search.source` in an `action_id` of a `block_suggestion`; empty when there is none."""
    return action_id.partition(_BORDER)[2]
