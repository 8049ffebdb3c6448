package canonical

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

func TestWritesWhatTheVectorsSay(t *testing.T) {
	vectors.Run(t, "report", "valid", nil, func(t *testing.T, v vectors.Vector) {
		made, err := Text(v["report"])
		if err != nil || made != v["expected"] {
			t.Fatalf("%s, %v\nnot\n%s", made, err, v["expected"])
		}
		if Size(v["report"], 1_000_000) != len(made) || Size(v["report"], len(made)-1) <= len(made)-1 {
			t.Errorf("the size of %d is %d", len(made), Size(v["report"], 1_000_000))
		}
		back, err := ReadBack(made)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := Text(back); again != made {
			t.Errorf("read back it is %s", again)
		}
	})
}

func TestRefusesWhatTheVectorsSay(t *testing.T) {
	wanted := func(v vectors.Vector) bool { return v["sdk"] == true }
	vectors.Run(t, "report", "invalid", wanted, func(t *testing.T, v vectors.Vector) {
		_, err := ReadBack(values.Text(v, "text"))
		if err == nil {
			t.Fatalf("%s is taken", v["text"])
		}
		where := values.Text(v, "where")
		if strings.HasPrefix(where, "$.") && !strings.HasPrefix(err.Error(), where+":") {
			t.Errorf("%v, not at %s", err, where)
		}
	})
}

func TestWhatTheSchemaAloneRefusesIsTaken(t *testing.T) {
	wanted := func(v vectors.Vector) bool { return v["sdk"] == false }
	vectors.Run(t, "report", "invalid", wanted, func(t *testing.T, v vectors.Vector) {
		if _, err := ReadBack(values.Text(v, "text")); err != nil {
			t.Error(err)
		}
	})
}

func TestValuesOfGo(t *testing.T) {
	made, err := Text(map[string]any{
		"a": int8(-3), "b": uint64(math.MaxUint64), "c": 0.1, "d": 1e300, "e": map[string]string{"x": "\xff"},
		"f": []int{1, 2}, "g": -0.0, "h": float64(1 << 53), "i": []map[string]any{{"y": nil}}, "j": "\ud7ff\U0010ffff",
	})
	wanted := `{"a":-3,"b":18446744073709551615,"c":0.1,"d":1e+300,"e":{"x":"\ufffd"},"f":[1,2],"g":0,"h":9.007199254740992e+15,` +
		`"i":[{"y":null}],"j":"\ud7ff\udbff\udfff"}`
	if err != nil || made != wanted {
		t.Errorf("%s, %v", made, err)
	}
	var back map[string]any
	if err := json.Unmarshal([]byte(made), &back); err != nil {
		t.Error(err)
	}
	for _, each := range []any{math.NaN(), math.Inf(1), func() {}, []any{make(chan int)}} {
		if made, err := Text(each); err == nil {
			t.Errorf("%v is %s", each, made)
		}
	}
}

func TestWhatIsReadKeepsItsNumbers(t *testing.T) {
	made, err := Parse(`{"a":[1,9007199254740993,-0.5,1e3],"b":"\ud800x"}`)
	wanted := map[string]any{"a": []any{int64(1), int64(9007199254740993), -0.5, float64(1000)}, "b": "\ufffdx"}
	if err != nil || !reflect.DeepEqual(made, wanted) {
		t.Errorf("%v, %v", made, err)
	}
	for _, each := range []string{"1e999", "1 2", "{}x", "[", strings.Repeat("[", 1_000_000), "\xff", "nul"} {
		if made, err := Parse(each); err == nil {
			t.Errorf("%.20q is %v", each, made)
		}
	}
}
