package splat

import (
	"context"
	"net/http"
	"sync/atomic"
)

// A router that tells the route it took, as chi's context does.
type router interface{ RoutePattern() string }

// requestContext is the context of a request: it has the request's scope. chi keeps the route under a key that only chi
// has; whatever asks for it here gets it through this, and so it is known here too.
type requestContext struct {
	context.Context
	scope  *Scope
	routed atomic.Value // a router
}

func (c *requestContext) Value(key any) any {
	if _, ok := key.(scopeKey); ok {
		return c.scope
	}
	found := c.Context.Value(key)
	if told, ok := found.(router); ok {
		c.routed.CompareAndSwap(nil, told)
	}
	return found
}

// visit is one request on its way through an integration.
type visit struct {
	client *client
	scope  *Scope
	outer  *http.Request // the server's
	inner  *http.Request // what the app gets
	known  *requestContext
	body   *recorded
	route  string // where the framework tells it at once
	over   atomic.Bool
}

// enter begins the scope of a request.
func (c *client) enter(r *http.Request) *visit {
	c.follow()
	made := &visit{client: c, scope: &Scope{}, outer: r}
	made.known = &requestContext{Context: r.Context(), scope: made.scope}
	made.inner = r.WithContext(made.known)
	made.body = record(made.inner, c.settings)
	made.scope.request = made.told
	return made
}

// leave gives the request of the server what the app's handlers wrote into the copy: the server deletes the files of a
// form, and handlers further out read the route.
func (v *visit) leave() {
	v.over.Store(true)
	outer, inner := v.outer, v.inner
	if outer.MultipartForm != inner.MultipartForm {
		outer.MultipartForm = inner.MultipartForm
	}
	if outer.Form == nil && inner.Form != nil {
		outer.Form, outer.PostForm = inner.Form, inner.PostForm
	}
	giveBackRoute(outer, inner)
}

// told are the keys of a report about this request. Once it is over, a router may serve another one.
func (v *visit) told() map[string]any {
	route := v.route
	if route == "" && !v.over.Load() {
		route = v.found()
	}
	return about(v.inner, route, v.body, v.client.settings)
}

// found is the template of the route that was taken, as chi and net/http's own mux tell it.
func (v *visit) found() string {
	if told, ok := v.known.routed.Load().(router); ok {
		if route := told.RoutePattern(); route != "" {
			return route
		}
	}
	return muxRoute(v.inner)
}
