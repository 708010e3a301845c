package shop;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.FunctionInitializer;
import com.aliyun.fc.runtime.HttpRequestHandler;
import com.aliyun.fc.runtime.StreamRequestHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import javax.servlet.ServletException;
import javax.servlet.ServletInputStream;
import javax.servlet.ServletOutputStream;
import javax.servlet.http.Cookie;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletRequestWrapper;
import javax.servlet.http.HttpServletResponse;
import javax.servlet.http.HttpSession;

/** An HTTP handler, and an event handler beside it. */
public class Web implements HttpRequestHandler, StreamRequestHandler, FunctionInitializer {
    private String ready = "no";

    @Override
    public void initialize(Context context) {
        ready = context.getFunctionParam().getFunctionHandler();
    }

    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        out.write("an event".getBytes());
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response, Context context) throws IOException, ServletException {
        switch ((String) request.getAttribute("FC_REQUEST_PATH")) {
            case "/echo": echo(request, response); break;
            case "/stream": stream(request, response); break;
            case "/head": head(new HttpServletRequestWrapper(request), response); break;
            case "/form": form(request, response); break;
            case "/reader": response.getWriter().print(request.getReader().readLine() + request.getCharacterEncoding()); break;
            case "/answer": answer(response); break;
            case "/text": text(response); break;
            case "/plain": response.getWriter().print("\u00e9\u4e2d"); break;
            case "/print": response.getOutputStream().println("printed"); break;
            case "/nothing": break;
            case "/error": response.getOutputStream().print("gone"); response.setHeader("A", "1"); response.sendError(404, "not h\u00e9re"); late(response); break;
            case "/redirect": response.sendRedirect("/elsewhere"); late(response); break;
            case "/reset": response.setHeader("A", "1"); response.setStatus(500); response.getWriter().print("gone"); response.reset(); response.getWriter().print("left"); break;
            case "/attributes": attributes(request, response); break;
            case "/both": request.getInputStream(); request.getReader(); break;
            case "/writers": response.getWriter(); response.getOutputStream(); break;
            case "/session": session(request, response); break;
            case "/async": request.startAsync(); break;
            case "/upload": request.getPart("file"); break;
            case "/charset": response.setCharacterEncoding("klingon"); response.getWriter(); break;
            default: throw new ServletException("thrown on purpose");
        }
    }

    private static void late(HttpServletResponse response) throws IOException {
        response.setHeader("Late", "1");
        response.setStatus(200);
        if (!response.isCommitted()) {
            response.getOutputStream().print("not sent");
        }
    }

    private void echo(HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] part = new byte[100];
        ServletInputStream in = request.getInputStream();
        ServletOutputStream out = response.getOutputStream();
        response.setStatus(HttpServletResponse.SC_CREATED);
        response.addHeader("A", "1");
        response.addHeader("a", "2");
        for (int n = in.readLine(part, 0, part.length); n > 0; n = in.readLine(part, 0, part.length)) {
            out.write(part, 0, n);
        }
        if (!in.isFinished() || !in.isReady() || !out.isReady() || in.read() != -1) {
            throw new IllegalStateException("more than all");
        }
    }

    private void stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
        InputStream in = request.getInputStream();
        byte[] part = new byte[8192];
        for (int n = in.read(part); n > 0; n = in.read(part)) {
            response.getOutputStream().write(part, 0, n);
        }
        response.flushBuffer();
    }

    private void head(HttpServletRequest r, HttpServletResponse response) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(r.getMethod()).append(' ').append(r.getRequestURI()).append(' ').append(r.getRequestURL()).append(' ').append(r.getQueryString()).append('\n');
        text.append(r.getContextPath()).append('|').append(r.getServletPath()).append('|').append(r.getPathInfo()).append('|').append(r.getProtocol()).append('\n');
        text.append(r.getServerName()).append(' ').append(r.getServerPort()).append(' ').append(r.getScheme()).append(' ').append(r.isSecure()).append(' ').append(r.getDispatcherType()).append('\n');
        text.append(r.getRemoteAddr()).append(' ').append(r.getRemoteHost()).append(' ').append(r.getRemoteUser()).append(' ').append(r.isUserInRole("x")).append(' ').append(r.getRemotePort()).append('\n');
        text.append(Collections.list(r.getHeaderNames())).append(Collections.list(r.getHeaders("x-many"))).append(r.getHeader("X-MANY")).append(r.getHeader("none")).append(Collections.list(r.getHeaders("none"))).append('\n');
        text.append(r.getIntHeader("X-Number")).append(' ').append(r.getIntHeader("none")).append(' ').append(r.getDateHeader("X-Date")).append(' ').append(r.getDateHeader("none")).append('\n');
        text.append(r.getLocale()).append(Collections.list(r.getLocales())).append('\n');
        text.append(r.getContentLength()).append(' ').append(r.getContentLengthLong()).append(' ').append(r.getContentType()).append(' ').append(r.getCharacterEncoding()).append('\n');
        for (Cookie cookie : r.getCookies()) {
            text.append(cookie.getName()).append('=').append(cookie.getValue()).append(' ');
        }
        response.getWriter().print(text.append(ready));
    }

    private static void form(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.setCharacterEncoding("UTF-8");
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String[]> entry : request.getParameterMap().entrySet()) {
            text.append(entry.getKey()).append(Arrays.toString(entry.getValue()));
        }
        text.append(request.getParameter("a")).append(request.getParameter("none")).append(request.getParameterValues("none"));
        text.append(Collections.list(request.getParameterNames()));
        response.setContentType("text/plain;charset=utf-8");
        response.getWriter().print(text);
    }

    private static void answer(HttpServletResponse response) throws IOException {
        response.setIntHeader("Number", 7);
        response.setDateHeader("Day", 86400000L * 3);
        Cookie cookie = new Cookie("a", "1");
        cookie.setMaxAge(0);
        cookie.setDomain("Here.Example");
        cookie.setPath("/p");
        cookie.setSecure(true);
        cookie.setHttpOnly(true);
        response.addCookie(cookie);
        response.addCookie(new Cookie("b", "2"));
        response.setContentLength(4711);
        response.setContentType("text/html");
        String facts = response.containsHeader("number") + " " + response.getHeader("NUMBER") + " " + response.getHeaders("Set-Cookie").size() + " " + response.getStatus()
                + " " + response.getContentType() + " " + response.encodeURL("/x") + " " + response.getHeader("none");
        response.getOutputStream().print(facts);
    }

    private static void text(HttpServletResponse response) throws IOException {
        response.setHeader("content-type", "text/html");
        response.setCharacterEncoding("UTF-8");
        response.getWriter().print("\u00e9\u4e2d");
        response.setCharacterEncoding("ISO-8859-1");
        response.setContentType("text/css; charset=ISO-8859-1");
    }

    private static void session(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String before = String.valueOf(request.getSession(false));
        HttpSession session = request.getSession();
        session.setAttribute("a", 1);
        session.setAttribute("b", 2);
        session.removeAttribute("b");
        String held = Collections.list(request.getSession(true).getAttributeNames()) + " " + session.getAttribute("a");
        session.setMaxInactiveInterval(60);
        session.invalidate();
        response.getWriter().print(before + " " + held + " " + session.isNew() + " " + session.getId().length() + " " + session.getAttribute("a")
                + " " + (session.getCreationTime() == session.getLastAccessedTime()) + " " + session.getMaxInactiveInterval());
    }

    private static void attributes(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.setAttribute("mine", 1);
        request.setAttribute("FC_REQUEST_PATH", null);
        request.removeAttribute("none");
        response.getWriter().print(Collections.list(request.getAttributeNames()) + " " + request.getAttribute("FC_REQUEST_URI") + " " + request.getAttribute("FC_REQUEST_CLIENT_IP")
                + " " + request.getAttribute("mine") + " " + request.equals(request) + " " + request.equals(response) + " " + request.toString().startsWith("HttpServletRequest@"));
    }
}
