"""The crossing from asyncio to database threads: one writer, several readers."""
