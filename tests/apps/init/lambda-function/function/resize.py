SIZES = {"small": 100}


def lambda_handler(event, context):
    return {"statusCode": 200, "body": str(SIZES[event["size"]])}
