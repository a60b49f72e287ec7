"""Where staff say what is told to whom, and see what came of it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.read_only import ReadOnlyAdmin
from fashionsite.webhooks import events, tasks
from fashionsite.webhooks.models import Delivery, Endpoint, Event

SWITCHED_OFF = _("To an endpoint that is not active nothing is sent. Tick “active” on its page first.")


class EndpointForm(forms.ModelForm):
    events = forms.MultipleChoiceField(label=_("Events"), choices=Event.choices, widget=forms.CheckboxSelectMultiple)


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin):
    form = EndpointForm
    list_display = ("address", "told", "is_active", "last_state", "created_at")
    actions = ("renew_secret", "send_test")

    @admin.display(description=_("events"))
    def told(self, endpoint: Endpoint) -> str:
        return ", ".join(endpoint.events)

    @admin.display(description=_("last delivery"))
    def last_state(self, endpoint: Endpoint) -> str:
        last = endpoint.deliveries.first()
        return last.get_state_display() if last else "–"

    def save_model(self, request: HttpRequest, obj: Endpoint, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.take_new_secret()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Endpoint, post_url_continue: str | None = None) -> HttpResponse:
        return self._secret_page(request, obj)

    @admin.action(description=_("Make a new secret for the selected endpoint"), permissions=["change"])
    def renew_secret(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> HttpResponse | None:
        """From now on everything is signed with it, what waits too."""
        if endpoints.count() != 1:
            self.message_user(
                request, gettext("Choose the one endpoint that is to have a new secret."), messages.WARNING
            )
            return None
        endpoint = endpoints.get()
        endpoint.take_new_secret()
        endpoint.save(update_fields=["secret"])
        return self._secret_page(request, endpoint)

    @admin.action(description=_("Send a test message to the selected endpoints"), permissions=["change"])
    def send_test(self, request: HttpRequest, endpoints: QuerySet[Endpoint]) -> None:
        for endpoint in endpoints.filter(is_active=True):
            events.note_test(endpoint)
        tasks.wake()
        if endpoints.filter(is_active=True).exists():
            self.message_user(request, gettext("A test message is on its way. The deliveries say how it was answered."))
        if endpoints.filter(is_active=False).exists():
            self.message_user(request, SWITCHED_OFF, messages.WARNING)

    def _secret_page(self, request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
        """The secret, this once."""
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("The secret of {address}").format(address=endpoint.address),
            "endpoint": endpoint,
        }
        page = render(request, "webhooks/secret.html", context)
        page["Cache-Control"] = "private, no-store"
        return page


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "event", "endpoint", "state", "status", "tries", "beginning", "next_time")
    list_filter = ("state", "event", "endpoint")
    list_select_related = ("endpoint",)
    actions = ("send_again",)
    exclude = ("due_at", "wanted_at")
    readonly_fields = ("next_time",)

    @admin.display(description=_("answer"))
    def beginning(self, delivery: Delivery) -> str:
        return delivery.answer[:80]

    @admin.display(description=_("next time"))
    def next_time(self, delivery: Delivery) -> datetime | None:
        """When it is sent; None of what is sent no more."""
        return delivery.due_at if delivery.state == Delivery.State.WAITING else None

    def has_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("webhooks.change_delivery")

    @admin.action(description=_("Send the selected deliveries again"), permissions=["again"])
    def send_again(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        number = deliveries.send_again(timezone.now())  # type: ignore[attr-defined]  # of DeliveryQuerySet
        if number:
            tasks.wake()
            said = ngettext("{number} delivery is sent again.", "{number} deliveries are sent again.", number)
            self.message_user(request, said.format(number=number))
        if deliveries.filter(endpoint__is_active=False).exists():
            self.message_user(request, SWITCHED_OFF, messages.WARNING)
