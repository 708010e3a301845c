<%@ page contentType="text/html;charset=UTF-8" %><p><%= request.getParameter("name") %>, <%= session.isNew() %></p>
