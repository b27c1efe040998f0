package pages

import (
	"net/url"
	"strings"

	"jeongsan/internal/blob"
)

const objectRows = 100 // of one page of the documents

// classes are the retention classes in the order in which they are shown.
var classes = []blob.Class{blob.Books, blob.Working, blob.Staging, blob.TaxLocked, blob.Audit}

// documentsView lists objects of one class.
type documentsView struct {
	Classes []choice
	Class   blob.Class
	Objects []objectView
	Next    string // address of the next page
	First   string // address of the first, when this is another
}

// objectView is an object with its path below class and tenant.
type objectView struct {
	blob.Info
	Folder, Name string
}

func (v *visit) documents() error {
	t, err := v.tenant()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	view := documentsView{Class: blob.Books}
	if asked := q.Get("class"); asked != "" {
		view.Class = blob.Class(asked)
	}
	infos, next, err := v.Bucket.List(v.ctx, t, view.Class, "", q.Get("token"), objectRows)
	if err != nil {
		return err
	}
	for _, info := range infos {
		view.Objects = append(view.Objects, objectViewOf(info))
	}
	for _, c := range classes {
		view.Classes = append(view.Classes, choice{string(c), v.t("class." + string(c)), c == view.Class})
	}
	here := url.Values{"class": {string(view.Class)}}
	if q.Get("token") != "" {
		view.First = address("/documents", here)
	}
	if next != "" {
		here.Set("token", next)
		view.Next = address("/documents", here)
	}
	return v.show(page{screen: "documents", section: "documents", title: v.t("documents.title"), body: view})
}

func objectViewOf(info blob.Info) objectView {
	path := strings.TrimPrefix(info.Key.String(), string(info.Key.Class())+"/"+info.Key.Tenant().String()+"/")
	i := strings.LastIndexByte(path, '/') + 1
	return objectView{Info: info, Folder: path[:i], Name: path[i:]}
}

// document leads to the signed link of one object of the tenant.
func (v *visit) document() error {
	t, err := v.tenant()
	if err != nil {
		return err
	}
	key, err := blob.ParseKey(t, v.r.PathValue("key"))
	if err != nil {
		return err
	}
	info, err := v.Bucket.Stat(v.ctx, key) // a link to nothing is not worth giving
	if err != nil {
		return err
	}
	return v.download(key, objectViewOf(info).Name)
}
