from circle_b import thing
def handler(event, context): return 'fine'
