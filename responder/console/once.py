"""What is shown once and never again: a first password, the token of a key, a webhook's secret."""

from __future__ import annotations

from nicegui import ui


def show_once(title: str, secret: str, told: str) -> None:
    """`secret` in a dialog that nothing but its button closes; `told` is what to do with it."""
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("yq-dialog"):
        ui.label(title).classes("text-lg font-bold")
        ui.label(f"只显示这一次，关闭后无法再看。{told}").classes("yq-next")
        shown = ui.input("请当场抄好", value=secret).classes("w-full yq-secret")
        shown.props('readonly outlined autofocus autocomplete=off data-secret=""')
        ui.button("已抄好，关闭", on_click=dialog.close).props("flat").classes("self-end")
    # Gone from the page with the dialog, not only out of sight.
    dialog.props("persistent").on("hide", dialog.delete)
    dialog.open()
