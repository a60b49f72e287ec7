"""Tells which brands the names of products without one begin with; the import desk gives them to the products."""

import csv

from django.core.management.base import BaseCommand

from catalog.importing.branding import proposals


class Command(BaseCommand):
    help = "Prints as csv which brands the names of products without one may begin with; it changes nothing."

    def handle(self, **_) -> None:
        writer = csv.writer(self.stdout)
        writer.writerow(("brand", "products", "for example"))
        for proposal in proposals():
            writer.writerow((proposal.brand, proposal.count, " · ".join(proposal.names)))
