"""The administration of a shop whose staff sign in with a second factor: the setting STAFF_TWO_FACTOR."""

from django_otp.admin import OTPAdminSite

from fashionsite.desk import ShopAdminSite


class TwoFactorAdminSite(ShopAdminSite, OTPAdminSite):
    """Asks for a password, and for the number that the person's authenticator shows now."""

    def __init__(self, name: str = "admin"):
        super().__init__(name)
