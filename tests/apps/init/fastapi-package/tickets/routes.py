from fastapi import APIRouter

router = APIRouter()


@router.get("/health")
def health() -> dict:
    return {"ok": True}


@router.get("/seat/{row}")
def seat(row: int) -> dict:
    return {"seat": ["A", "B"][row]}
