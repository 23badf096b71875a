"""The badge of every service category: one Chinese character and the token of its group's colour."""

from __future__ import annotations

BADGES: dict[str, tuple[str, str]] = {
    "party_service_center": ("服", "fac-service"),
    "street_service_center": ("街", "fac-service"),
    "grid_post": ("格", "fac-service"),
    "pay_point": ("缴", "fac-service"),
    "health_center": ("医", "fac-health"),
    "health_station": ("卫", "fac-health"),
    "pharmacy": ("药", "fac-health"),
    "elderly_center": ("养", "fac-elder"),
    "elderly_station": ("老", "fac-elder"),
    "elderly_daycare": ("照", "fac-elder"),
    "elderly_home": ("院", "fac-elder"),
    "canteen": ("餐", "fac-elder"),
    "kindergarten": ("幼", "fac-child"),
    "nursery": ("托", "fac-child"),
    "primary_school": ("学", "fac-child"),
    "junior_school": ("中", "fac-child"),
    "market": ("市", "fac-shop"),
    "convenience": ("便", "fac-shop"),
    "community_retail": ("商", "fac-shop"),
    "parcel_station": ("邮", "fac-shop"),
    "culture_room": ("文", "fac-culture"),
    "culture_center": ("艺", "fac-culture"),
    "fitness_outdoor": ("健", "fac-culture"),
    "park": ("园", "fac-culture"),
    "public_toilet": ("厕", "fac-transport"),
    "waste_point": ("圾", "fac-transport"),
    "bus_stop": ("车", "fac-transport"),
}
OTHER = ("点", "fac-transport")


def badge(category: str) -> tuple[str, str]:
    """Character and colour token of a category; a neutral one for a category of the user's own."""
    return BADGES.get(category, OTHER)
