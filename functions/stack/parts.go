package stack

import (
	"crypto/rand"
	"os"

	"jeongsan/internal/blob/s3"
	"jeongsan/internal/document"
	"jeongsan/internal/fault"
	"jeongsan/internal/mail/ses"
	"jeongsan/internal/secret/kms"
	"jeongsan/internal/usage"
)

// Bucket is the bucket of documents.
func (s *Stack) Bucket() *s3.Bucket {
	b, err := s3.New(s.aws, s.env.need("BUCKET"), s3.Lock(s.env.need("LOCK")), s.Clock)
	s.keep(err)
	return b
}

// Keeper opens and seals secrets.
func (s *Stack) Keeper() *kms.Keeper {
	k, err := kms.New(s.aws, []string{s.env.need("KEY")}, rand.Reader)
	s.keep(err)
	return k
}

// Mail sends mails. What becomes of one is told by SES's events, which the feedback function records.
func (s *Stack) Mail() *ses.Sender {
	m, err := ses.New(s.aws, ses.Settings{Domain: s.env.need("MAIL_DOMAIN"), ConfigurationSet: s.env.need("CONFIGURATION_SET")}, s.Clock)
	s.keep(err)
	return m
}

// Renderer draws documents. Whoever asks for one links the fonts.
func (s *Stack) Renderer() *document.Renderer { return document.NewRenderer() }

// PublicURL is where persons and providers reach us, without a slash at its end.
func (s *Stack) PublicURL() string { return s.env.need("PUBLIC_URL") }

// Scratch is a temporary file that has no name any more: it goes with the process.
func Scratch() (usage.Spool, func(), error) {
	f, err := os.CreateTemp("", "spool-*")
	if err != nil {
		return nil, nil, fault.New(fault.Unavailable, fault.T("임시 파일을 만들 수 없습니다.", "No temporary file can be made.")).Because(err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, nil, err
	}
	return f, func() { _ = f.Close() }, nil
}
