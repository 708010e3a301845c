package main

import (
	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

func (s *shop) settings() {
	s.provision()
	s.concurrency()
	s.step("ListInstances", func() error {
		if _, err := s.invoke(invocation{}); err != nil {
			return err
		}
		response, err := s.ListInstances(cart, &fc.ListInstancesRequest{Qualifier: tea.String("LATEST")})
		if err != nil {
			return err
		}
		return equal(len(response.Body.Instances) > 0, true)
	})
}

func (s *shop) provision() {
	live := tea.String("live")
	s.step("PutProvisionConfig", func() error {
		response, err := s.PutProvisionConfig(cart, &fc.PutProvisionConfigRequest{Qualifier: live, Body: &fc.PutProvisionConfigInput{
			Target: tea.Int64(1), AlwaysAllocateCPU: tea.Bool(false)}})
		if err != nil {
			return err
		}
		return equal([]any{*response.Body.Target, *response.Body.AlwaysAllocateCPU}, []any{1, false})
	})
	s.step("GetProvisionConfig", func() error {
		return until(func() (bool, error) {
			response, err := s.GetProvisionConfig(cart, &fc.GetProvisionConfigRequest{Qualifier: live})
			return err == nil && *response.Body.Current == 1, err
		})
	})
	s.step("ListProvisionConfigs", func() error {
		response, err := s.ListProvisionConfigs(&fc.ListProvisionConfigsRequest{})
		if err != nil {
			return err
		}
		return equal(len(response.Body.ProvisionConfigs), 1)
	})
	s.step("DeleteProvisionConfig", func() error {
		_, err := s.DeleteProvisionConfig(cart, &fc.DeleteProvisionConfigRequest{Qualifier: live})
		return err
	})
}

func (s *shop) concurrency() {
	s.step("PutConcurrencyConfig", func() error {
		_, err := s.PutConcurrencyConfig(cart, &fc.PutConcurrencyConfigRequest{Body: &fc.PutConcurrencyInput{ReservedConcurrency: tea.Int64(3)}})
		return err
	})
	s.step("GetConcurrencyConfig", func() error {
		response, err := s.GetConcurrencyConfig(cart)
		if err != nil {
			return err
		}
		return equal(*response.Body.ReservedConcurrency, 3)
	})
	s.step("ListConcurrencyConfigs", func() error {
		response, err := s.ListConcurrencyConfigs(&fc.ListConcurrencyConfigsRequest{})
		if err != nil {
			return err
		}
		return equal(len(response.Body.Configs), 1)
	})
	s.step("DeleteConcurrencyConfig", func() error {
		_, err := s.DeleteConcurrencyConfig(cart)
		return err
	})
}

func (s *shop) countTags(expected int) func() error {
	return func() error {
		response, err := s.ListTagResources(&fc.ListTagResourcesRequest{ResourceType: tea.String("function"), ResourceId: []*string{tea.String(functionARN)}})
		if err != nil {
			return err
		}
		return equal(len(response.Body.TagResources), expected)
	}
}

func (s *shop) tags() {
	kind, id := tea.String("function"), []*string{tea.String(functionARN)}
	s.step("TagResources", func() error {
		_, err := s.TagResources(&fc.TagResourcesRequest{Body: &fc.TagResourcesInput{ResourceType: kind, ResourceId: id,
			Tag: []*fc.Tag{{Key: tea.String("team"), Value: tea.String("web")}}}})
		return err
	})
	s.step("ListTagResources", s.countTags(1))
	s.step("UntagResources", func() error {
		_, err := s.UntagResources(&fc.UntagResourcesRequest{ResourceType: kind, ResourceId: id, TagKey: []*string{tea.String("team")}})
		return err
	})
	s.step("ListTagResources of none", s.countTags(0))
}

func (s *shop) networks() {
	network := tea.String("vpc-1")
	s.step("CreateVpcBinding", func() error {
		_, err := s.CreateVpcBinding(cart, &fc.CreateVpcBindingRequest{Body: &fc.CreateVpcBindingInput{VpcId: network}})
		return err
	})
	s.step("ListVpcBindings", func() error {
		response, err := s.ListVpcBindings(cart)
		if err != nil {
			return err
		}
		return equal(*response.Body.VpcIds[0], "vpc-1")
	})
	s.step("DeleteVpcBinding", func() error {
		_, err := s.DeleteVpcBinding(cart, network)
		return err
	})
}
