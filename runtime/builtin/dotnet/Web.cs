using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Reflection;
using System.Text.Json;

namespace Fcemu
{
    /// <summary>
    /// Turns requests into those of the function's own ASP.NET Core, which this program is not compiled against, and
    /// answers back: FcHttpEntrypoint of the official library, or any method of the same form.
    /// </summary>
    internal sealed class Web
    {
        private const string Space = "Microsoft.AspNetCore.Http";

        private readonly Type context, feature;

        public Web(Code code)
        {
            context = code.LoadFromAssemblyName(new AssemblyName(Space)).GetType(Space + ".DefaultHttpContext", true);
            feature = code.LoadFromAssemblyName(new AssemblyName(Space + ".Features")).GetType(Space + ".Features.IHttpRequestFeature", true);
        }

        public static bool Takes(Type type) => type.FullName == Space + ".HttpRequest" || type.FullName == Space + ".HttpResponse";

        /// <summary>A request with its answer still empty.</summary>
        public dynamic Open(Call call)
        {
            JsonElement head = JsonDocument.Parse(call.Head).RootElement;
            dynamic made = Activator.CreateInstance(context);
            dynamic request = made.Request;
            string uri = head.GetProperty("requestURI").GetString(), path = head.GetProperty("rawPath").GetString();
            int query = uri.IndexOf('?');
            string whole = query < 0 ? uri : uri.Substring(0, query);
            made.Features[feature].RawTarget = uri;
            request.Method = head.GetProperty("method").GetString();
            request.Scheme = "https";
            request.Host = Of(request.GetType(), "Host", head.GetProperty("host").GetString());
            request.PathBase = Of(request.GetType(), "PathBase", whole.EndsWith(path, StringComparison.Ordinal) ? whole.Substring(0, whole.Length - path.Length) : "");
            request.Path = Of(request.GetType(), "Path", head.GetProperty("path").GetString());
            request.QueryString = Of(request.GetType(), "QueryString", query < 0 ? "" : uri.Substring(query));
            foreach (JsonProperty header in head.GetProperty("headersMap").EnumerateObject())
            {
                request.Headers[header.Name] = Texts(header.Value);
            }
            request.Body = new MemoryStream(call.Event.Array, call.Event.Offset, call.Event.Count, false);
            made.Response.Body = new MemoryStream();
            if (IPAddress.TryParse(head.GetProperty("clientIP").GetString(), out IPAddress client))
            {
                made.Connection.RemoteIpAddress = client;
            }
            return made;
        }

        /// <summary>Makes a value of the type that a property has, which is one of ASP.NET Core's around a text.</summary>
        private static dynamic Of(Type type, string property, string text) => Activator.CreateInstance(type.GetProperty(property).PropertyType, text);

        private static string[] Texts(JsonElement list)
        {
            var texts = new List<string>();
            foreach (JsonElement one in list.EnumerateArray())
            {
                texts.Add(one.GetString());
            }
            return texts.ToArray();
        }

        /// <summary>The answer as the line takes it: the length of the head, the head, the body.</summary>
        public static byte[] Whole(dynamic response)
        {
            var headers = new Dictionary<string, string[]>();
            foreach (dynamic header in response.Headers)
            {
                string[] values = header.Value.ToArray();
                if (values.Length > 0)
                {
                    headers[header.Key] = values;
                }
            }
            byte[] head = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["status"] = (int)response.StatusCode, ["headersMap"] = headers });
            byte[] body = Runner.Bytes((Stream)response.Body);
            var whole = new byte[4 + head.Length + body.Length];
            Frame.Put(whole, 0, head.Length);
            head.CopyTo(whole, 4);
            body.CopyTo(whole, 4 + head.Length);
            return whole;
        }
    }
}
