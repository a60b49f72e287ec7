"""The administration as an app. Django finds the site's own in `apps.py`, and takes these by their names."""

from django.contrib.admin.apps import AdminConfig


class ShopAdminConfig(AdminConfig):
    default_site = "fashionsite.desk.ShopAdminSite"


class TwoFactorAdminConfig(AdminConfig):
    default_site = "fashionsite.staff.TwoFactorAdminSite"
