package main

import (
	"errors"

	splat "github.com/splat-heal/splat/sdk/go"
)

var bugs = []func(text string, uncaught bool) string{
	bug0, bug1, bug2, bug3, bug4, bug5, bug6, bug7, bug8, bug9,
	bug10, bug11, bug12, bug13, bug14, bug15, bug16, bug17, bug18, bug19,
	bug20, bug21, bug22, bug23, bug24, bug25, bug26, bug27, bug28, bug29,
}

func bug0(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug1(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug2(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug3(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug4(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug5(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug6(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug7(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug8(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug9(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug10(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug11(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug12(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug13(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug14(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug15(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug16(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug17(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug18(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug19(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug20(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug21(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug22(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug23(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug24(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug25(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug26(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug27(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug28(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}

func bug29(text string, uncaught bool) string {
	err := errors.New(text)
	if uncaught {
		panic(err)
	}
	return splat.CaptureError(err)
}
