package failure

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// printed is a panic's value as the runtime prints it behind "panic: ": a value of a type that it does not print by
// its content is its type alone, for the runtime's address of it is another one each time.
func printed(value any) (told string) {
	defer func() {
		if recover() != nil {
			told = "[unprintable]"
		}
	}()
	if said, ok := value.(fmt.Stringer); ok {
		return text.First(text.Valid(said.String()), mostMessage)
	}
	of := reflect.ValueOf(value)
	plain := ""
	switch of.Kind() {
	case reflect.Bool:
		plain = strconv.FormatBool(of.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		plain = strconv.FormatInt(of.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		plain = strconv.FormatUint(of.Uint(), 10)
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		plain = fmt.Sprint(value)
	case reflect.String:
		plain = text.First(text.Valid(of.String()), mostMessage)
		if of.Type().PkgPath() != "" {
			return fmt.Sprintf("%T(%q)", value, plain)
		}
		return plain
	case reflect.Invalid:
		return "nil"
	default:
		return fmt.Sprintf("(%T)", value)
	}
	if of.Type().PkgPath() != "" {
		return fmt.Sprintf("%T(%s)", value, plain)
	}
	return plain
}
