"""The administration as an app. Django finds the site's own in `apps.py`, and takes this one by its name."""

from django.contrib.admin.apps import AdminConfig


class ShopAdminConfig(AdminConfig):
    default_site = "fashionsite.desk.ShopAdminSite"
