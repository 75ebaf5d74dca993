"""Moves bytes within one image, where the place they leave and the one they take may overlap."""

from ._port import int, micropython, ptr8, ptr16, ptr32


@micropython.viper
def move(image: ptr8, target_offset: int, source_offset: int, count: int):
    """Move `count` bytes of `image` from `source_offset` to `target_offset`, as C's memmove does.

    All three are in bytes, and unchecked: the caller knows that both places are in the image.

    By words where both places begin at words, by halfwords where both begin at those.

    ISR-safe: yes.
    Complexity: O(count).
    """
    # The first three names of a viper function live in registers: the loops use them.
    narrow = (target_offset | source_offset) & 3  # the bits that keep us from words
    ascending = target_offset <= source_offset
    source_offset = int(ptr8(image)) + source_offset  # from here on the place of the source
    image = ptr8(int(ptr8(image)) + target_offset)  # and the target
    if ascending:
        if narrow == 0:
            while count >= 32:
                ptr32(image)[0] = ptr32(source_offset)[0]
                ptr32(image)[1] = ptr32(source_offset)[1]
                ptr32(image)[2] = ptr32(source_offset)[2]
                ptr32(image)[3] = ptr32(source_offset)[3]
                ptr32(image)[4] = ptr32(source_offset)[4]
                ptr32(image)[5] = ptr32(source_offset)[5]
                ptr32(image)[6] = ptr32(source_offset)[6]
                ptr32(image)[7] = ptr32(source_offset)[7]
                image = ptr8(int(image) + 32)
                source_offset = source_offset + 32
                count -= 32
            while count >= 4:
                ptr32(image)[0] = ptr32(source_offset)[0]
                image = ptr8(int(image) + 4)
                source_offset = source_offset + 4
                count -= 4
        if narrow & 1 == 0:
            while count >= 2:
                ptr16(image)[0] = ptr16(source_offset)[0]
                image = ptr8(int(image) + 2)
                source_offset = source_offset + 2
                count -= 2
        while count > 0:
            image[0] = ptr8(source_offset)[0]
            image = ptr8(int(image) + 1)
            source_offset = source_offset + 1
            count -= 1
    else:
        image = ptr8(int(image) + count)
        source_offset = source_offset + count
        # What is no whole halfword, and then no whole word, lies at the end: it goes first.
        while count > 0 and (narrow | count) & 1:
            image = ptr8(int(image) + -1)
            source_offset = source_offset + -1
            image[0] = ptr8(source_offset)[0]
            count -= 1
        while count > 0 and (narrow | count) & 2:
            image = ptr8(int(image) + -2)
            source_offset = source_offset + -2
            ptr16(image)[0] = ptr16(source_offset)[0]
            count -= 2
        while count >= 32:
            image = ptr8(int(image) + -32)
            source_offset = source_offset + -32
            ptr32(image)[7] = ptr32(source_offset)[7]
            ptr32(image)[6] = ptr32(source_offset)[6]
            ptr32(image)[5] = ptr32(source_offset)[5]
            ptr32(image)[4] = ptr32(source_offset)[4]
            ptr32(image)[3] = ptr32(source_offset)[3]
            ptr32(image)[2] = ptr32(source_offset)[2]
            ptr32(image)[1] = ptr32(source_offset)[1]
            ptr32(image)[0] = ptr32(source_offset)[0]
            count -= 32
        while count > 0:
            image = ptr8(int(image) + -4)
            source_offset = source_offset + -4
            ptr32(image)[0] = ptr32(source_offset)[0]
            count -= 4
