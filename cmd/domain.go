package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fcemu/fcemu/cmd/project"
	"github.com/fcemu/fcemu/emulator/client"
)

func newDomain(a *app) *cobra.Command {
	c := &cobra.Command{Use: "domain", Short: "List, show and delete custom domains", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newDomainList(a), newDomainGet(a), newDomainDelete(a))
	return c
}

func newDomainList(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "list", Aliases: []string{"ls"}, Short: "List custom domains and their routes, with curl lines to try them",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			domains, err := a.client().Domains(c.Context())
			if err != nil {
				return err
			}
			if a.settings.GetString("output") != "table" {
				return a.printList(domains, nil)
			}
			a.showDomains(c.Context(), domains)
			return nil
		}})
}

func newDomainGet(a *app) *cobra.Command {
	return withOutput(&cobra.Command{Use: "get DOMAIN", Short: "Show one custom domain", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			domain, err := a.client().Domain(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.printObject(domain, func(client.Object) { a.showDomains(c.Context(), []client.Object{domain}) })
		}})
}

func newDomainDelete(a *app) *cobra.Command {
	return &cobra.Command{Use: "delete DOMAIN…", Aliases: []string{"rm"}, Short: "Delete custom domains", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			for _, name := range args {
				if err := a.client().DeleteDomain(c.Context(), name); err != nil {
					return err
				}
				a.term.Notef("deleted domain %s\n", name)
			}
			return nil
		}}
}

// showDomains prints a line for each route, and commands to try it.
func (a *app) showDomains(ctx context.Context, domains []client.Object) {
	var rows []client.Object
	var tries []string
	health, _ := a.client().Health(ctx) // without it no HTTPS port is known
	plain := a.client().Endpoint()
	secure := secured(plain, text(health["httpsEndpoint"]))
	for _, domain := range domains {
		routes := client.Routes(domain)
		if len(routes) == 0 {
			routes = []client.Object{{}}
		}
		for _, route := range routes {
			rows = append(rows, client.Object{"domainName": domain["domainName"], "protocol": domain["protocol"], "path": printable(text(route["path"])),
				"functionName": route["functionName"], "qualifier": printable(text(route["qualifier"])), "methods": strings.Join(methods(route), ",")})
			path := text(route["path"])
			if path == "" {
				continue
			}
			tries = append(tries, curl(plain, text(domain["domainName"]), path, methods(route)))
			if secure != "" && strings.Contains(text(domain["protocol"]), "HTTPS") {
				tries = append(tries, curl(secure, text(domain["domainName"]), path, methods(route), trusting(domain)...))
			}
		}
	}
	a.printTable(rows, []column{{"DOMAIN", field("domainName")}, {"PROTOCOL", field("protocol")}, {"PATH", field("path")},
		{"FUNCTION", functionName}, {"QUALIFIER", field("qualifier")}, {"METHODS", field("methods")}})
	if len(tries) > 0 {
		a.term.Printf("\n%s\n", strings.Join(tries, "\n"))
	}
}

func methods(route client.Object) (names []string) {
	list, _ := route["methods"].([]any)
	for _, one := range list {
		names = append(names, text(one))
	}
	return names
}

// applyDomains brings the custom domains of a project to the wanted state.
func (a *app) applyDomains(ctx context.Context, c *client.Client, done *deployment, wanted []project.Domain) error {
	for _, domain := range wanted {
		state, err := digest(domain)
		if err != nil {
			return err
		}
		if done.domains[domain.Position] == state {
			continue
		}
		created, err := c.PutDomain(ctx, domain.Name, domain.Body(), domain.Whole)
		if err != nil {
			return fmt.Errorf("%s: domain %s: %w", domain.Position, domain.Name, err)
		}
		if done.domains == nil {
			done.domains = map[project.Position][32]byte{}
		}
		done.domains[domain.Position] = state
		a.showDeployedDomain(c.Endpoint(), &domain, created)
	}
	return nil
}

func (a *app) showDeployedDomain(endpoint string, domain *project.Domain, created bool) {
	verb := "updated"
	if created {
		verb = "created"
	}
	if a.settings.GetString("log-format") == "json" {
		a.logJSON(map[string]any{"msg": verb, "domainName": domain.Name})
		return
	}
	try := ""
	if len(domain.Routes) > 0 {
		try = curl(endpoint, domain.Name, domain.Routes[0].Path, domain.Routes[0].Methods)
	}
	a.term.Notef("%s domain %s  %s\n", a.term.Good(verb), domain.Name, a.term.Dim(try))
}
