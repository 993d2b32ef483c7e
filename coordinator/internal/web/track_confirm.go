package web

import "github.com/gin-gonic/gin"

// confirm records that the requester has the goods in hand.
func (s *Server) confirm(c *gin.Context) error {
	if err := s.Intake.Confirm(c.Request.Context(), c.Param("token")); err != nil {
		return err
	}
	return to(c, "/track/"+c.Param("token"))
}
