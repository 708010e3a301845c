package main

import (
	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

func (s *shop) triggers() {
	config := tea.String(`{"authType":"anonymous","methods":["GET"]}`)
	create := func() error {
		response, err := s.CreateTrigger(cart, &fc.CreateTriggerRequest{Body: &fc.CreateTriggerInput{
			TriggerName: tea.String("web"), TriggerType: tea.String("http"), TriggerConfig: config}})
		if err != nil {
			return err
		}
		return equal(tea.StringValue(response.Body.HttpTrigger.UrlInternet) != "", true)
	}
	s.step("CreateTrigger", create)
	s.refused("CreateTrigger twice", "TriggerAlreadyExists", "web", create)
	s.step("UpdateTrigger", func() error {
		response, err := s.UpdateTrigger(cart, tea.String("web"), &fc.UpdateTriggerRequest{Body: &fc.UpdateTriggerInput{Description: tea.String("x")}})
		if err != nil {
			return err
		}
		return equal(*response.Body.Description, "x")
	})
	s.step("GetTrigger", func() error {
		response, err := s.GetTrigger(cart, tea.String("web"))
		if err != nil {
			return err
		}
		return equal(*response.Body.TriggerType, "http")
	})
	s.step("ListTriggers", func() error {
		response, err := s.ListTriggers(cart, &fc.ListTriggersRequest{})
		if err != nil {
			return err
		}
		return equal(len(response.Body.Triggers), 1)
	})
	s.step("DeleteTrigger", func() error {
		_, err := s.DeleteTrigger(cart, tea.String("web"))
		return err
	})
	s.refused("GetTrigger of none", "TriggerNotFound", "web", func() error {
		_, err := s.GetTrigger(cart, tea.String("web"))
		return err
	})
}

func (s *shop) layers() {
	name, version := tea.String("tools"), tea.String("1")
	var arn string
	s.step("CreateLayerVersion", func() error {
		_, err := s.CreateLayerVersion(name, &fc.CreateLayerVersionRequest{Body: &fc.CreateLayerVersionInput{
			Code: s.zip(), CompatibleRuntime: []*string{tea.String("python3.10")}}})
		return err
	})
	s.step("GetLayerVersion", func() error {
		response, err := s.GetLayerVersion(name, version)
		if err != nil {
			return err
		}
		arn = *response.Body.LayerVersionArn
		return s.download(*response.Body.Code.Location)
	})
	s.step("GetLayerVersionByArn", func() error {
		response, err := s.GetLayerVersionByArn(&arn)
		if err != nil {
			return err
		}
		return equal(*response.Body.LayerName, "tools")
	})
	s.step("ListLayers", func() error {
		response, err := s.ListLayers(&fc.ListLayersRequest{})
		if err != nil {
			return err
		}
		return equal(len(response.Body.Layers), 1)
	})
	s.step("ListLayerVersions", func() error {
		response, err := s.ListLayerVersions(name, &fc.ListLayerVersionsRequest{})
		if err != nil {
			return err
		}
		return equal(*response.Body.Layers[0].Version, 1)
	})
	s.step("PutLayerACL", func() error {
		_, err := s.PutLayerACL(name, &fc.PutLayerACLRequest{Public: tea.String("true")})
		return err
	})
	s.step("DeleteLayerVersion", func() error {
		_, err := s.DeleteLayerVersion(name, version)
		return err
	})
	s.refused("GetLayerVersion of none", "LayerNotFound", "tools", func() error {
		_, err := s.GetLayerVersion(name, version)
		return err
	})
}

func (s *shop) domains() {
	name := tea.String("shop.example.com")
	routes := func(path string) *fc.RouteConfig {
		return &fc.RouteConfig{Routes: []*fc.PathConfig{{Path: &path, FunctionName: cart}}}
	}
	s.step("CreateCustomDomain", func() error {
		_, err := s.CreateCustomDomain(&fc.CreateCustomDomainRequest{Body: &fc.CreateCustomDomainInput{
			DomainName: name, Protocol: tea.String("HTTP"), RouteConfig: routes("/*")}})
		return err
	})
	s.step("UpdateCustomDomain", func() error {
		_, err := s.UpdateCustomDomain(name, &fc.UpdateCustomDomainRequest{Body: &fc.UpdateCustomDomainInput{RouteConfig: routes("/cart")}})
		return err
	})
	s.step("GetCustomDomain", func() error {
		response, err := s.GetCustomDomain(name)
		if err != nil {
			return err
		}
		return equal(*response.Body.RouteConfig.Routes[0].Path, "/cart")
	})
	s.step("ListCustomDomains", func() error {
		response, err := s.ListCustomDomains(&fc.ListCustomDomainsRequest{})
		if err != nil {
			return err
		}
		return equal(len(response.Body.CustomDomains), 1)
	})
	s.step("DeleteCustomDomain", func() error {
		_, err := s.DeleteCustomDomain(name)
		return err
	})
	s.refused("GetCustomDomain of none", "DomainNameNotFound", "shop.example.com", func() error {
		_, err := s.GetCustomDomain(name)
		return err
	})
}
