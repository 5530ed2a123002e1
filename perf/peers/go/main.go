// The operations on Go's net/http, without dependencies: `perf compare` builds and runs this where Go is installed.
//
// Tells its address as the first line and serves until standard input ends.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

const key = "s3cret"

type item struct {
	ID   uint64 `json:"id"`
	Item string `json:"item"`
}

// Pointers tell a member that is missing from one that is empty.
type order struct {
	Name  *string  `json:"name"`
	Count *uint64  `json:"count"`
	Tags  []string `json:"tags"`
}

type ordered struct {
	ID uint64 `json:"id"`
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", hello)
	mux.Handle("/orders/", requireKey(http.HandlerFunc(getItem)))
	mux.Handle("/orders", requireKey(http.HandlerFunc(postOrder)))
	fmt.Println(listener.Addr())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Fprintln(os.Stderr, http.Serve(listener, mux))
	os.Exit(1)
}

func requireKey(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != key {
			http.Error(w, "no key, or a wrong one", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hello(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "Hello, World!")
}

// The path is taken apart by hand: patterns with names came with Go 1.22, and older ones are still shipped.
func getItem(w http.ResponseWriter, r *http.Request) {
	segments := strings.Split(strings.TrimPrefix(r.URL.Path, "/orders/"), "/")
	if r.Method != http.MethodGet || len(segments) != 3 || segments[1] != "items" {
		http.NotFound(w, r)
		return
	}
	id, err := strconv.ParseUint(segments[0], 10, 64)
	if err != nil || id < 1 || utf8.RuneCountInString(segments[2]) > 20 {
		http.Error(w, "a parameter is wrong", http.StatusBadRequest)
		return
	}
	answer(w, http.StatusOK, item{ID: id, Item: segments[2]})
}

func postOrder(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		http.Error(w, "only JSON", http.StatusUnsupportedMediaType)
		return
	}
	var taken order
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&taken); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if taken.Name == nil || *taken.Name == "" || taken.Count == nil || *taken.Count < 1 {
		http.Error(w, "the order is not as described", http.StatusUnprocessableEntity)
		return
	}
	answer(w, http.StatusCreated, ordered{ID: 1})
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}
