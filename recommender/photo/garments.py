"""Families of the types that the eye knows, and what a part of a photo is called."""

from collections import Counter
from functools import cache

import numpy as np
from django.utils.translation import gettext, gettext_noop

OTHERS = "others"
SURE = 0.6
"""How likely what sort of thing a photo shows must be, so that it is told apart from another."""
GARMENTS = {
    "upper": {
        "Tshirts": gettext_noop("T-shirt"),
        "Shirts": gettext_noop("Shirt"),
        "Kurtas": gettext_noop("Kurta"),
        "Tops": gettext_noop("Top"),
        "Dresses": gettext_noop("Dress"),
        "Sarees": gettext_noop("Saree"),
        "Sweatshirts": gettext_noop("Sweatshirt"),
        "Sweaters": gettext_noop("Sweater"),
        "Jackets": gettext_noop("Jacket"),
        "Kurtis": gettext_noop("Kurti"),
        "Innerwear Vests": gettext_noop("Vest"),
        "Tunics": gettext_noop("Tunic"),
        "Nightdress": gettext_noop("Nightdress"),
        "Night suits": gettext_noop("Night suit"),
        "Dupatta": gettext_noop("Dupatta"),
        "Kurta Sets": gettext_noop("Kurta set"),
        "Bra": gettext_noop("Bra"),
        "Camisoles": gettext_noop("Camisole"),
        "Tracksuits": gettext_noop("Tracksuit"),
        "Rain Jacket": gettext_noop("Rain jacket"),
        "Bath Robe": gettext_noop("Bath robe"),
        "Waistcoat": gettext_noop("Waistcoat"),
        "Baby Dolls": gettext_noop("Baby doll"),
        "Jumpsuit": gettext_noop("Jumpsuit"),
        "Rompers": gettext_noop("Romper"),
        "Blazers": gettext_noop("Blazer"),
        "Clothing Set": gettext_noop("Clothing set"),
        "Shrug": gettext_noop("Shrug"),
        "Robe": gettext_noop("Robe"),
        "Nehru Jackets": gettext_noop("Nehru jacket"),
        "Lehenga Choli": gettext_noop("Lehenga choli"),
        "Lounge Tshirts": gettext_noop("Lounge T-shirt"),
        "Suits": gettext_noop("Suit"),
    },
    "lower": {
        "Jeans": gettext_noop("Jeans"),
        "Shorts": gettext_noop("Shorts"),
        "Trousers": gettext_noop("Trousers"),
        "Track Pants": gettext_noop("Track pants"),
        "Briefs": gettext_noop("Briefs"),
        "Capris": gettext_noop("Capris"),
        "Leggings": gettext_noop("Leggings"),
        "Trunk": gettext_noop("Trunks"),
        "Skirts": gettext_noop("Skirt"),
        "Lounge Pants": gettext_noop("Lounge pants"),
        "Boxers": gettext_noop("Boxers"),
        "Patiala": gettext_noop("Patiala"),
        "Jeggings": gettext_noop("Jeggings"),
        "Lounge Shorts": gettext_noop("Lounge shorts"),
        "Stockings": gettext_noop("Stockings"),
        "Salwar": gettext_noop("Salwar"),
        "Churidar": gettext_noop("Churidar"),
        "Swimwear": gettext_noop("Swimwear"),
        "Tights": gettext_noop("Tights"),
        "Rain Trousers": gettext_noop("Rain trousers"),
    },
    "feet": {
        "Casual Shoes": gettext_noop("Shoes"),
        "Sports Shoes": gettext_noop("Sports shoes"),
        "Formal Shoes": gettext_noop("Formal shoes"),
        "Heels": gettext_noop("Heels"),
        "Flats": gettext_noop("Flats"),
        "Sandals": gettext_noop("Sandals"),
        "Flip Flops": gettext_noop("Flip flops"),
        "Sports Sandals": gettext_noop("Sports sandals"),
        "Booties": gettext_noop("Booties"),
        "Socks": gettext_noop("Socks"),
    },
    "bags": {
        "Handbags": gettext_noop("Handbag"),
        "Backpacks": gettext_noop("Backpack"),
        "Clutches": gettext_noop("Clutch"),
        "Wallets": gettext_noop("Wallet"),
        "Duffel Bag": gettext_noop("Duffel bag"),
        "Laptop Bag": gettext_noop("Laptop bag"),
        "Messenger Bag": gettext_noop("Messenger bag"),
        "Mobile Pouch": gettext_noop("Mobile pouch"),
        "Rucksacks": gettext_noop("Rucksack"),
        "Trolley Bag": gettext_noop("Trolley bag"),
        "Waist Pouch": gettext_noop("Waist pouch"),
        "Tablet Sleeve": gettext_noop("Tablet sleeve"),
    },
    "others": {
        "Watches": gettext_noop("Watch"),
        "Belts": gettext_noop("Belt"),
        "Caps": gettext_noop("Cap"),
        "Ties": gettext_noop("Tie"),
        "Scarves": gettext_noop("Scarf"),
        "Stoles": gettext_noop("Stole"),
        "Mufflers": gettext_noop("Muffler"),
        "Umbrellas": gettext_noop("Umbrella"),
        "Wristbands": gettext_noop("Wristband"),
        "Basketballs": gettext_noop("Basketball"),
        "Footballs": gettext_noop("Football"),
        "Necklace and Chains": gettext_noop("Necklace"),
    },
}
"""What the eye calls the types of things, by where they are worn, and what a part of a photo is called that shows one.
A type that is not named here is one of the others, and is called as it is."""


@cache
def family(name: str) -> str:
    """Of a type, by its name."""
    return next((family for family, types in GARMENTS.items() if name in types), OTHERS)


def families(types: list[str], likely: np.ndarray) -> dict[str, float]:
    """How likely a thing is of each family, from how likely it is of each type (n,)."""
    sums = dict.fromkeys(GARMENTS, 0.0)
    for name, share in zip(types, likely.tolist(), strict=True):
        sums[family(name)] += share
    return sums


def thing(types: list[str], likely: np.ndarray) -> str:
    """What sort of thing it is, from how likely it is of each type (n,): its family, or its type where it has none.

    "" where that is not sure.
    """
    shares = families(types, likely)
    best = max(shares, key=shares.__getitem__)
    if best != OTHERS:
        return best if shares[best] >= SURE else ""
    return types[int(likely.argmax())] if likely.max() >= SURE else ""


def names(types: list[str], colours: list[str]) -> list[str]:
    """What parts of one photo are called; those of one name are told apart by their colours, or else by numbers."""
    named = [GARMENTS[family(name)].get(name) for name in types]
    plain = [gettext(called) if called else name for name, called in zip(types, named, strict=True)]
    coloured = [f"{colour} {name}" for colour, name in zip(colours, plain, strict=True)]
    times, times_coloured = Counter(plain), Counter(coloured)
    called: list[str] = []
    for name, long in zip(plain, coloured, strict=True):
        if times[name] == 1:
            called.append(name)
        elif times_coloured[long] == 1:
            called.append(long)
        else:
            called.append(f"{long} {sum(other.startswith(f'{long} ') for other in called) + 1}")
    return called
