package localkey

import (
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"jeongsan/internal/fault"
	"jeongsan/internal/secret"
)

// keyFile is the key file's content: the master keys, oldest first, the last one seals.
type keyFile struct {
	Form int         `json:"form"`
	Keys []masterKey `json:"keys"`
}

type masterKey struct {
	ID  string `json:"id"`  // hex
	Key string `json:"key"` // base64
}

const (
	fileForm = 1
	maxFile  = 1 << 20
)

func (f keyFile) keeper(random io.Reader) (*Keeper, error) {
	k := &Keeper{random: random, masters: map[keyID]cipher.AEAD{}}
	for _, m := range f.Keys {
		id, idErr := hex.DecodeString(m.ID)
		key, keyErr := base64.StdEncoding.DecodeString(m.Key)
		if idErr != nil || keyErr != nil || len(id) != idSize || len(key) != keySize {
			return nil, malformed()
		}
		if _, twice := k.masters[keyID(id)]; twice {
			return nil, malformed()
		}
		master, err := secret.GCM(key)
		if err != nil {
			return nil, err
		}
		k.newest = keyID(id)
		k.masters[k.newest] = master
	}
	if f.Form != fileForm || len(k.masters) == 0 {
		return nil, malformed()
	}
	return k, nil
}

func readOrCreate(path string, random io.Reader) (keyFile, error) {
	f, err := readKeyFile(path)
	if !fault.Is(err, fault.NotFound) {
		return f, err
	}
	if f, err = (keyFile{Form: fileForm}).withFreshKey(random); err != nil {
		return keyFile{}, err
	}
	err = f.write(path, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return readKeyFile(path) // another process was first: its keys are the keys
	}
	return f, err
}

func readKeyFile(path string) (keyFile, error) {
	there, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return keyFile{}, fault.New(fault.NotFound, fault.T("키 파일이 없습니다.", "There is no key file."))
	}
	if err == nil && !there.Mode().IsRegular() {
		return keyFile{}, malformed()
	}
	file, err := os.Open(path)
	if err != nil {
		return keyFile{}, unusable(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return keyFile{}, unusable(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return keyFile{}, fault.New(fault.Forbidden, fault.T("키 파일을 다른 사용자가 읽을 수 있습니다. 권한을 0600으로 바꿔 주세요.", "Others can read the key file; set its mode to 0600."))
	}
	content, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return keyFile{}, unusable(err)
	}
	var f keyFile
	if json.Unmarshal(content, &f) != nil { // its error could quote the file
		return keyFile{}, malformed()
	}
	return f, nil
}

func (f keyFile) withFreshKey(random io.Reader) (keyFile, error) {
	var fresh [idSize + keySize]byte
	if _, err := io.ReadFull(random, fresh[:]); err != nil {
		return keyFile{}, secret.NoRandom(err)
	}
	m := masterKey{ID: hex.EncodeToString(fresh[:idSize]), Key: base64.StdEncoding.EncodeToString(fresh[idSize:])}
	return keyFile{Form: f.Form, Keys: append(append([]masterKey(nil), f.Keys...), m)}, nil
}

func (f keyFile) rotate(path string, random io.Reader) error {
	if _, err := f.keeper(random); err != nil { // a file that cannot be opened is not written over
		return err
	}
	next, err := f.withFreshKey(random)
	if err != nil {
		return err
	}
	return next.write(path, os.Rename)
}

// write makes a durable temp file beside path, only for its owner, and gives it the name by publish: os.Link makes a
// file and fails where there is one, os.Rename replaces it whole.
func (f keyFile) write(path string, publish func(from, to string) error) error {
	content, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return malformed()
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return unusable(err)
	}
	defer os.Remove(temp.Name())
	_, writeErr := temp.Write(append(content, '\n'))
	if err := errors.Join(writeErr, temp.Sync(), temp.Close()); err != nil {
		return unusable(err)
	}
	if err := publish(temp.Name(), path); err != nil {
		return unusable(err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return unusable(err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return unusable(err)
	}
	return nil
}

func unusable(err error) error {
	return fault.New(fault.Unavailable, fault.T("키 파일을 사용할 수 없습니다. 경로와 권한을 확인해 주세요.", "The key file cannot be used; check its path and permissions.")).Because(err)
}

func malformed() error {
	return fault.New(fault.Invalid, fault.T("키 파일이 손상되었습니다. 백업에서 되살려 주세요.", "The key file is damaged; restore it from a backup."))
}
