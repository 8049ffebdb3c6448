package tested

import "testing"

func TestSum(t *testing.T) {
	t.Run("nil part", func(t *testing.T) { Sum([]*int{nil}) })
}
