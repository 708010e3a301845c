package main

import (
	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

var cart = tea.String("cart")

func (s *shop) publish(expected string) func() error {
	return func() error {
		response, err := s.PublishFunctionVersion(cart, &fc.PublishFunctionVersionRequest{Body: &fc.PublishVersionInput{}})
		if err != nil {
			return err
		}
		return equal(*response.Body.VersionId, expected)
	}
}

func (s *shop) versions() {
	s.step("PublishFunctionVersion", s.publish("1"))
	s.step("UpdateFunction", func() error {
		response, err := s.UpdateFunction(cart, &fc.UpdateFunctionRequest{Body: &fc.UpdateFunctionInput{
			EnvironmentVariables: map[string]*string{"STAGE": tea.String("two")}, Code: s.zip()}})
		if err != nil {
			return err
		}
		return equal([]any{*response.Body.Timeout, *response.Body.Cpu, *response.Body.EnvironmentVariables["STAGE"]}, []any{30, 0.5, "two"})
	})
	s.step("PublishFunctionVersion again", s.publish("2"))
	s.step("ListFunctionVersions", func() error {
		response, err := s.ListFunctionVersions(cart, &fc.ListFunctionVersionsRequest{})
		if err != nil {
			return err
		}
		var ids []string
		for _, version := range response.Body.Versions {
			ids = append(ids, *version.VersionId)
		}
		return equal(ids, []string{"2", "1"})
	})
	s.aliases()
}

func (s *shop) createAlias(name, version string) error {
	_, err := s.CreateAlias(cart, &fc.CreateAliasRequest{Body: &fc.CreateAliasInput{AliasName: &name, VersionId: &version}})
	return err
}

func (s *shop) aliases() {
	s.step("CreateAlias", func() error { return s.createAlias("live", "1") })
	s.refused("CreateAlias of no version", "VersionNotFound", "9", func() error { return s.createAlias("bad", "9") })
	s.step("UpdateAlias", func() error {
		response, err := s.UpdateAlias(cart, tea.String("live"), &fc.UpdateAliasRequest{Body: &fc.UpdateAliasInput{
			AdditionalVersionWeight: map[string]*float32{"2": tea.Float32(0.5)}}})
		if err != nil {
			return err
		}
		return equal(*response.Body.AdditionalVersionWeight["2"], 0.5)
	})
	s.step("GetAlias", func() error {
		response, err := s.GetAlias(cart, tea.String("live"))
		if err != nil {
			return err
		}
		return equal(*response.Body.VersionId, "1")
	})
	s.step("ListAliases", func() error {
		response, err := s.ListAliases(cart, &fc.ListAliasesRequest{})
		if err != nil {
			return err
		}
		return equal(len(response.Body.Aliases), 1)
	})
	s.step("InvokeFunction by weights", func() error {
		stages := map[string]bool{}
		for range 40 {
			a, err := s.invoke(invocation{qualifier: "live"})
			if err != nil {
				return err
			}
			stages[a.stage()] = true
		}
		return equal(stages, map[string]bool{"one": true, "two": true})
	})
}
