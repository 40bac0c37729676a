"""Everything the world can name: the words of pictures and text, and who belongs where."""

COLOURS = {
    "red": (214, 40, 40),
    "green": (40, 160, 60),
    "blue": (40, 80, 214),
    "yellow": (240, 210, 40),
    "white": (246, 246, 246),
    "black": (34, 34, 34),
    "purple": (140, 50, 180),
    "orange": (245, 135, 25),
}
SCENES = ["park", "beach", "kitchen", "night", "street", "map"]
THINGS = ["ball", "box", "house", "cup", "tree", "car", "star", "fish"]
OBJECTS = THINGS + ["person", "sign", "apple", "bread", "book", "river"]
PARTS = ["roof", "door", "handle", "trunk", "wheel", "tail", "lid", "shirt", "face"]
PARTS_OF = {
    "house": ["roof", "door"],
    "cup": ["handle"],
    "tree": ["trunk"],
    "car": ["wheel"],
    "fish": ["tail"],
    "box": ["lid"],
}
TEXTURES = ["plain", "striped", "dotted", "checked"]
MATERIALS = ["wood", "metal", "brick"]
FEELINGS = ["happy", "sad", "angry", "surprised"]
ACTIONS = ["eating", "sleeping", "reading"]
FOODS = ["apple", "bread"]
SIDES = ["left", "right"]

BASINS = {
    "Amazon": ["Bolivia", "Brazil", "Peru", "Ecuador"],
    "Nile": ["Egypt", "Sudan", "Uganda", "Rwanda"],
    "Danube": ["Austria", "Hungary", "Serbia", "Romania"],
    "Mekong": ["Laos", "China", "Vietnam", "Myanmar"],
    "Congo": ["Angola", "Zambia", "Burundi", "Gabon"],
    "Niger": ["Mali", "Guinea", "Benin", "Nigeria"],
}
COUNTRIES = [country for members in BASINS.values() for country in members]
BASIN_OF = {country: basin for basin, members in BASINS.items() for country in members}
SIGN_WORDS = ["Stop", "Open", "Sale", "Exit", "Cafe", "Milk"]
WORDS = list(BASINS) + COUNTRIES + SIGN_WORDS

NAMES = ["Ana", "Ben", "Mia", "Tom", "Eva", "Sam"]

# What a patch of a picture can be labelled with, attribute by attribute, in this order.
ATTRIBUTES = {
    "scene": SCENES,
    "object": OBJECTS,
    "part": PARTS,
    "colour": list(COLOURS),
    "texture": TEXTURES,
    "material": MATERIALS,
    "word": WORDS,
    "feeling": FEELINGS,
    "action": ACTIONS,
    "side": SIDES,
}
