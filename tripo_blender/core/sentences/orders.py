"""What is known of an order, which may cost money; and the presses and prices that lead to one."""

from __future__ import annotations

SENTENCES = {
    "order.unanswered": (
        "The order was sent, but no clear answer came: you may have been charged. Look at your account before you "
        "generate it again"
    ),
    "order.undecided": (
        "Whether {name} was ordered is not known. Look at your account: then paste the task's ID, generate it again, "
        "or discard it"
    ),
    "order.task_not_confirmed": "{what}. Check the task's ID: whether the order was made is still not known",
    "order.not_confirmed": (
        "{what}. Whether the first order was made is still not known: look at your account before you generate it again"
    ),
    "order.two_decisions": "Either generate it again or name its task, not both",
    "order.nothing_to_decide": "There is nothing to decide about {name}: its job is {state}",
    "press.repeated": (
        "This model was ordered a moment ago, so it was not ordered twice. Press again to order another one"
    ),
    "press.moved": "Nothing was done, as the button has moved. Press it again",
    "press.double_click": "Nothing was ordered by a double-click. Press again, and confirm",
}

PARTS = {
    "price.about": "about {credits} credits",
    "price.unknown": "a price that is not known",
    "order.in_doubt": "It is not known whether it was ordered",
    "order.stopped_before_found": "It was stopped before the task {task} was found",
    "order.stopped": "It was stopped before it was ordered again",
    "order.interrupted": "Blender or the add-on's helper process ended before it was ordered again",
    "order.look_at_account": "Look at your account",
    "order.price": "A new model will be ordered, for {price}",
    "order.price_of_one": "One model will be ordered, for {price}",
    "order.price_of_several": "{models} models will be ordered, for {price}",
    "order.price_twice": (
        "Its first order may have been carried out: look at your account before.\n"
        "One more costs {price}, so it may be charged twice"
    ),
}
